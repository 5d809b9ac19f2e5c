/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's GICv3 (Arm IHI 0069). All interrupts are group 1, one priority, EOImode 1: completing is two steps, so
 * that an interrupt can be left active for a guest to deactivate.
 */
#include <ax/aarch64/sysreg.h>
#include <ax/arch/host.h>
#include <ax/base/driver.h>
#include <ax/base/dt.h>
#include <ax/base/mm.h>
#include <ax/base/smp.h>
#include <ax/err.h>
#include <ax/port.h>
#include <ax/regs/gicv3.h>

#define PRIORITY 0xa0u
#define PRIORITIES_X4 (PRIORITY * 0x01010101u)
#define MAX_CPUS 64u

/* Register fields of the CPU interface (12.2). */
#define ICC_SRE_SRE AX_BIT(0)
#define ICC_SRE_DISABLE_BYPASS (AX_BIT(1) | AX_BIT(2))
#define ICC_SRE_ENABLE_LOWER AX_BIT(3)
#define ICC_CTLR_EOIMODE AX_BIT(1)

static volatile uint8_t *dist;
static struct {
	volatile uint8_t *base;
	uint64_t size;
} redist_region[4];
static unsigned redist_regions;
static volatile uint8_t *redist[MAX_CPUS]; /* RD_base of each CPU */
static unsigned spi_end;                   /* first number that is no SPI here */

static uint32_t read32(volatile uint8_t *base, uint32_t offset)
{
	return *(volatile uint32_t *)(base + offset);
}

static void write32(volatile uint8_t *base, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(base + offset) = value;
}

static void wait_dist(void)
{
	while (read32(dist, AX_GICD_CTLR) & AX_GICD_CTLR_RWP) {
		ax_arch_relax();
	}
}

static void dist_init(void)
{
	uint64_t here = ax_arch_cpu_hw_id();

	spi_end = AX_MIN(32 * ((uint32_t)AX_GICD_TYPER_ITLINES_GET(read32(dist, AX_GICD_TYPER)) + 1), AX_GIC_SPI_END);
	write32(dist, AX_GICD_CTLR, 0);
	wait_dist();
	for (uint32_t i = AX_GIC_PRIVATE; i < spi_end; i += 32) {
		write32(dist, AX_GICD_ICENABLER + i / 8, ~0u);
		write32(dist, AX_GICD_ICPENDR + i / 8, ~0u);
		write32(dist, AX_GICD_ICACTIVER + i / 8, ~0u);
		write32(dist, AX_GICD_IGROUPR + i / 8, ~0u);
	}
	for (uint32_t i = AX_GIC_PRIVATE; i < spi_end; i += 4) {
		write32(dist, AX_GICD_IPRIORITYR + i, PRIORITIES_X4);
	}
	write32(dist, AX_GICD_CTLR, AX_GICD_CTLR_NS_ARE | AX_GICD_CTLR_NS_ENABLE_GRP1A | AX_GICD_CTLR_NS_ENABLE_GRP1);
	wait_dist();
	for (uint32_t i = AX_GIC_PRIVATE; i < spi_end; i++) {
		*(volatile uint64_t *)(dist + AX_GICD_IROUTER + 8 * i) = here & AX_GICD_IROUTER_AFFINITY;
	}
}

/* The redistributor whose affinity is this CPU's; regions end with the frame marked Last. */
static volatile uint8_t *find_redist(void)
{
	uint64_t affinity = AX_GIC_AFFINITY(ax_arch_cpu_hw_id());

	for (unsigned i = 0; i < redist_regions; i++) {
		volatile uint8_t *rd = redist_region[i].base;
		volatile uint8_t *end = rd + redist_region[i].size;

		while (rd < end) {
			uint64_t typer = *(volatile uint64_t *)(rd + AX_GICR_TYPER);

			if (AX_GICR_TYPER_AFFINITY_GET(typer) == affinity) {
				return rd;
			}
			if (typer & AX_GICR_TYPER_LAST) {
				break;
			}
			rd += typer & AX_GICR_TYPER_VLPIS ? AX_GICR_SIZE_V4 : AX_GICR_SIZE;
		}
	}
	ax_port_panic("gicv3: no redistributor for CPU %llx", (unsigned long long)ax_arch_cpu_hw_id());
}

static void redist_init(volatile uint8_t *rd)
{
	volatile uint8_t *sgi = rd + AX_GICR_SGI_BASE;

	write32(rd, AX_GICR_WAKER, read32(rd, AX_GICR_WAKER) & ~(uint32_t)AX_GICR_WAKER_PROCESSOR_SLEEP);
	while (read32(rd, AX_GICR_WAKER) & AX_GICR_WAKER_CHILDREN_ASLEEP) {
		ax_arch_relax();
	}
	write32(sgi, AX_GICR_ICENABLER0, ~0u);
	write32(sgi, AX_GICR_ICPENDR0, ~0u);
	write32(sgi, AX_GICR_ICACTIVER0, ~0u);
	write32(sgi, AX_GICR_IGROUPR0, ~0u);
	for (uint32_t i = 0; i < AX_GIC_PRIVATE; i += 4) {
		write32(sgi, AX_GICR_IPRIORITYR + i, PRIORITIES_X4);
	}
	write32(sgi, AX_GICR_ISENABLER0, (1u << AX_GIC_SGIS) - 1);
}

static void gicv3_init_cpu(void)
{
	volatile uint8_t *rd = find_redist();

	redist[ax_port_cpu()] = rd;
	redist_init(rd);
	AX_MSR(ICC_SRE_EL2, ICC_SRE_SRE | ICC_SRE_DISABLE_BYPASS | ICC_SRE_ENABLE_LOWER);
	ax_isb();
	AX_MSR(ICC_SRE_EL1, ICC_SRE_SRE | ICC_SRE_DISABLE_BYPASS);
	AX_MSR(ICC_PMR_EL1, 0xff); /* every priority */
	AX_MSR(ICC_BPR1_EL1, 0);
	AX_MSR(ICC_CTLR_EL1, ICC_CTLR_EOIMODE);
	AX_MSR(ICC_IGRPEN1_EL1, 1);
	ax_isb();
}

/* Where the register that holds one bit for hwirq lies: this CPU's redistributor or the distributor. */
static void write_bit(unsigned hwirq, uint32_t reg)
{
	if (hwirq < AX_GIC_PRIVATE) {
		write32(redist[ax_port_cpu()] + AX_GICR_SGI_BASE, reg, 1u << hwirq);
	} else if (hwirq < spi_end) {
		write32(dist, reg + hwirq / 32 * 4, 1u << (hwirq % 32));
	}
}

static void gicv3_enable(unsigned hwirq, bool on)
{
	write_bit(hwirq, on ? AX_GICD_ISENABLER : AX_GICD_ICENABLER);
}

static void gicv3_set_active(unsigned hwirq, bool active)
{
	write_bit(hwirq, active ? AX_GICD_ISACTIVER : AX_GICD_ICACTIVER);
}

static unsigned gicv3_ack(void)
{
	uint64_t intid = AX_MRS(ICC_IAR1_EL1);

	ax_dsb(sy); /* the interrupt's cause is seen after its acknowledge */
	return intid < AX_GIC_SPI_END ? (unsigned)intid : ~0u;
}

static void gicv3_eoi(unsigned hwirq)
{
	AX_MSR(ICC_EOIR1_EL1, hwirq);
	ax_isb();
}

static void gicv3_deactivate(unsigned hwirq)
{
	AX_MSR(ICC_DIR_EL1, hwirq);
	ax_isb();
}

static void gicv3_send_ipi(unsigned cpu, unsigned n)
{
	uint64_t affinity = ax_cpu_hw_id(cpu);
	uint64_t aff0 = AX_FIELD_GET(affinity, 7, 0);

	ax_dsb(ishst); /* what the IPI is about is visible before it */
	AX_MSR(ICC_SGI1R_EL1, AX_FIELD(AX_FIELD_GET(affinity, 39, 32), 55, 48) | AX_FIELD(aff0 / 16, 47, 44) |
				      AX_FIELD(AX_FIELD_GET(affinity, 23, 16), 39, 32) | AX_FIELD(n, 27, 24) |
				      AX_FIELD(AX_FIELD_GET(affinity, 15, 8), 23, 16) | 1ull << (aff0 % 16));
	ax_isb();
}

/* Specifier of three cells: kind (0 SPI, 1 PPI), number, flags (Linux binding arm,gic-v3). */
static int gicv3_translate(const uint32_t *cells, unsigned n)
{
	static const struct {
		uint32_t first, count;
	} kind[] = {{AX_GIC_PRIVATE, AX_GIC_SPI_END - AX_GIC_PRIVATE}, {AX_GIC_SGIS, AX_GIC_PRIVATE - AX_GIC_SGIS}};

	if (n < 3 || cells[0] >= AX_ARRAY_SIZE(kind) || cells[1] >= kind[cells[0]].count) {
		return AX_EFORMAT;
	}
	return (int)(kind[cells[0]].first + cells[1]);
}

static const struct ax_irqchip_driver driver = {
	.name = "gicv3",
	.init_cpu = gicv3_init_cpu,
	.enable = gicv3_enable,
	.set_active = gicv3_set_active,
	.ack = gicv3_ack,
	.eoi = gicv3_eoi,
	.deactivate = gicv3_deactivate,
	.send_ipi = gicv3_send_ipi,
	.translate = gicv3_translate,
};

static int probe(int node)
{
	struct ax_range range;
	uint32_t regions = ax_dt_u32(node, "#redistributor-regions", 1);

	if (regions > AX_ARRAY_SIZE(redist_region) || ax_dt_reg(node, 0, &range)) {
		return AX_EFORMAT;
	}
	dist = ax_iomap(ax_hpa(range.start), range.size);
	for (unsigned i = 0; i < regions && dist; i++) {
		if (ax_dt_reg(node, 1 + i, &range)) {
			return AX_EFORMAT;
		}
		redist_region[i].base = ax_iomap(ax_hpa(range.start), range.size);
		redist_region[i].size = range.size;
		if (!redist_region[i].base) {
			return AX_ENOMEM;
		}
		redist_regions = i + 1;
	}
	if (!redist_regions) {
		return AX_ENOMEM;
	}
	dist_init();
	ax_irqchip_register(&driver);
	return AX_OK;
}

AX_DRIVER(gicv3_driver, AX_DRIVER_IRQCHIP, "arm,gic-v3", probe);
