# SPDX-License-Identifier: Apache-2.0
# Target `layers`, part of every build: fails when a module includes a header it may not. The table is tools/axle/layers.py.
find_program(AX_PYTHON NAMES python3 REQUIRED)
add_custom_target(layers ALL
    COMMAND ${AX_PYTHON} ${CMAKE_SOURCE_DIR}/tools/axle/layers.py ${CMAKE_SOURCE_DIR}
    COMMENT "Checking who includes whom"
    VERBATIM)
