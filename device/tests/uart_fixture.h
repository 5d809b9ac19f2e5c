/* SPDX-License-Identifier: Apache-2.0 */
/* A PL011 with a console that records and a line that is watched, for its tests. */
#ifndef UART_FIXTURE_H
#define UART_FIXTURE_H

#include <ax/device/pl011.h>
#include <ax/mock.h>

#define DR 0x00u
#define RSR 0x04u
#define FR 0x18u
#define ILPR 0x20u
#define IBRD 0x24u
#define FBRD 0x28u
#define LCR_H 0x2cu
#define CR 0x30u
#define IFLS 0x34u
#define IMSC 0x38u
#define RIS 0x3cu
#define MIS 0x40u
#define ICR 0x44u
#define DMACR 0x48u

#define RXFE AX_BIT(4)
#define RXFF AX_BIT(6)
#define FEN AX_BIT(4)
#define LBE AX_BIT(7)
#define RXI AX_BIT(4)
#define TXI AX_BIT(5)
#define RTI AX_BIT(6)
#define OEI AX_BIT(10)

extern struct ax_serial *serial;
extern uint8_t sent[256]; /* what reached the sink */
extern size_t sent_count;
extern unsigned rooms, edges; /* calls of room, changes of the line */
extern bool line, push_on_room;

/* A new model and a clean mock; destroyed, with nothing left behind. */
void set_up(void);
void tear_down(void);

int access_uart(uint64_t offset, unsigned width, bool write, uint64_t *data);
/* 32-bit accesses that must succeed. */
uint32_t get(uint64_t offset);
void put(uint64_t offset, uint32_t value);
/* Text from the console; returns how much was taken. */
size_t type(const char *text);

#endif
