# SPDX-License-Identifier: Apache-2.0
# ax_image(NAME): links the hypervisor, NAME.elf, and makes the flat NAME.bin that boot loaders start.
# AX_CONFIG_BLOB and AX_MODULES (NAME=FILE) are embedded as modules (docs/config-blob.md).

# One assembly file that carries the embedded modules: the data, and a row {name, start, end} each.
function(ax_embed_modules out)
    set(rows ${AX_MODULES})
    if(AX_CONFIG_BLOB)
        list(APPEND rows "config=${AX_CONFIG_BLOB}")
    endif()
    set(text "/* Made by AxImage.cmake: modules embedded in this image. */\n")
    set(n 0)
    foreach(row IN LISTS rows)
        string(REGEX MATCH "^([^=]+)=(.+)$" ok "${row}")
        if(NOT ok OR NOT EXISTS "${CMAKE_MATCH_2}")
            message(FATAL_ERROR "AX_MODULES: '${row}' is not NAME=FILE with a file that exists")
        endif()
        string(APPEND text
            "\t.section .axmodule_data.${n}, \"a\"\n\t.balign 0x200000\nmodule_${n}:\n\t.incbin \"${CMAKE_MATCH_2}\"\n"
            "module_${n}_end:\n\t.section .rodata.axmodule_name, \"a\"\nmodule_${n}_name:\n\t.asciz \"${CMAKE_MATCH_1}\"\n"
            "\t.section .axmodules, \"a\"\n\t.balign 8\n\t.quad module_${n}_name, module_${n}, module_${n}_end\n")
        set_property(SOURCE ${out} APPEND PROPERTY OBJECT_DEPENDS "${CMAKE_MATCH_2}")
        math(EXPR n "${n} + 1")
    endforeach()
    file(CONFIGURE OUTPUT ${out} CONTENT "${text}" @ONLY)
endfunction()

function(ax_image name)
    set(modules ${CMAKE_CURRENT_BINARY_DIR}/modules.S)
    ax_embed_modules(${modules})
    add_executable(${name}.elf ${modules})
    target_link_libraries(${name}.elf PRIVATE
        ax_arch_host ax_drivers "$<LINK_GROUP:RESCAN,axle::vmm,axle::axvm,axle::vcpu,axle::addrspace,axle::device,axle::base,axle::arch,axle::fdt>" gcc)
    target_link_options(${name}.elf PRIVATE
        -nostdlib -static -no-pie -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack
        -Wl,--no-warn-rwx-segments -T ${AX_LINKER_SCRIPT})
    set_target_properties(${name}.elf PROPERTIES LINK_DEPENDS ${AX_LINKER_SCRIPT})
    add_custom_command(TARGET ${name}.elf POST_BUILD
        COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${name}.elf> ${CMAKE_CURRENT_BINARY_DIR}/${name}.bin
        BYPRODUCTS ${name}.bin)
endfunction()
