# SPDX-License-Identifier: Apache-2.0
# How a module is declared: ax_module() for its library, ax_unit_test() and ax_fuzz_target() for what stands beside it.

if(AX_ARCH STREQUAL "mock")
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
endif()

add_library(ax_flags INTERFACE)
target_compile_options(ax_flags INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wconversion -Wno-sign-conversion -Wshadow -Wstrict-prototypes
      -Wmissing-prototypes -Wundef -Wvla -Werror>
    -fno-common -ffunction-sections -fdata-sections)
if(AX_SANITIZE)
    target_compile_options(ax_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(ax_flags INTERFACE -fsanitize=address,undefined)
endif()
if(AX_COVERAGE)
    target_compile_options(ax_flags INTERFACE --coverage -g)
    target_link_options(ax_flags INTERFACE --coverage)
endif()
if(AX_FUZZ)
    target_compile_options(ax_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(ax_test_flags INTERFACE)
target_compile_options(ax_test_flags INTERFACE -Wno-conversion -Wno-missing-prototypes)

# ax_module(NAME SOURCES file... [DEPENDS module...])
# Makes library ax_NAME, alias axle::NAME, with public headers in include/ and what it may include declared by DEPENDS.
function(ax_module name)
    cmake_parse_arguments(M "" "" "SOURCES;DEPENDS" ${ARGN})
    add_library(ax_${name} STATIC ${M_SOURCES})
    add_library(axle::${name} ALIAS ax_${name})
    target_include_directories(ax_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_link_libraries(ax_${name} PRIVATE ax_flags PUBLIC ax_contract)
    foreach(dep IN LISTS M_DEPENDS)
        target_link_libraries(ax_${name} PUBLIC axle::${dep})
    endforeach()
endfunction()

# ax_unit_test(NAME SOURCES file... LINK target...): a Check program run by ctest; only on the mock.
function(ax_unit_test name)
    if(NOT AX_ARCH STREQUAL "mock")
        return()
    endif()
    cmake_parse_arguments(T "" "" "SOURCES;LINK" ${ARGN})
    add_executable(test_${name} ${T_SOURCES})
    target_link_libraries(test_${name} PRIVATE ax_flags ${T_LINK} PkgConfig::CHECK)
    # Check's macros convert freely. Options of a linked target come last, so the exception is one too.
    target_link_libraries(test_${name} PRIVATE ax_test_flags)
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# ax_fuzz_target(NAME SOURCES file... LINK target... [CORPUS dir]): built when AX_FUZZ is on.
function(ax_fuzz_target name)
    if(NOT AX_FUZZ)
        return()
    endif()
    cmake_parse_arguments(F "" "" "SOURCES;LINK" ${ARGN})
    add_executable(fuzz_${name} ${F_SOURCES})
    target_link_libraries(fuzz_${name} PRIVATE ax_flags ${F_LINK})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_compile_options(fuzz_${name} PRIVATE -Wno-missing-prototypes)
endfunction()
