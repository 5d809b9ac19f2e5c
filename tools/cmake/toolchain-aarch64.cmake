# SPDX-License-Identifier: Apache-2.0
# Freestanding AArch64. AX_COMPILER chooses gcc (the cross compiler) or clang; AX_CROSS is the prefix of the GNU tools.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(AX_COMPILER gcc CACHE STRING "Compiler of the image: gcc, clang")
set(AX_CROSS aarch64-linux-gnu- CACHE STRING "Prefix of the GNU cross tools")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES AX_COMPILER AX_CROSS)

if(AX_COMPILER STREQUAL "clang")
    set(CMAKE_C_COMPILER clang)
    set(CMAKE_ASM_COMPILER clang)
    set(CMAKE_C_COMPILER_TARGET aarch64-linux-gnu)
    set(CMAKE_ASM_COMPILER_TARGET aarch64-linux-gnu)
else()
    set(CMAKE_C_COMPILER ${AX_CROSS}gcc)
    set(CMAKE_ASM_COMPILER ${AX_CROSS}gcc)
endif()
set(CMAKE_OBJCOPY ${AX_CROSS}objcopy)
# The image brings its own start-up code and C library, so a linked test program would tell nothing.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
# CMake knows GNU ld's groups for Linux, not for a machine without a system.
set(CMAKE_C_LINK_GROUP_USING_RESCAN "LINKER:--start-group" "LINKER:--end-group")
set(CMAKE_C_LINK_GROUP_USING_RESCAN_SUPPORTED TRUE)
