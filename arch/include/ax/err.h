/* SPDX-License-Identifier: Apache-2.0 */
/* Error codes. A function that can fail returns int: 0 or a negative enum ax_err; its header says which. */
#ifndef AX_ERR_H
#define AX_ERR_H

enum ax_err {
	AX_OK = 0,
	AX_ENOMEM = -1,   /* an allocation failed; nothing was changed */
	AX_EINVAL = -2,   /* an argument is malformed (alignment, null, unknown value) */
	AX_EEXIST = -3,   /* would overlap or duplicate something registered before */
	AX_ENOENT = -4,   /* no such object, mapping, device, key */
	AX_EBUSY = -5,    /* the object is in use in a way that forbids this */
	AX_ERANGE = -6,   /* a number lies outside what the object can represent */
	AX_EFAULT = -7,   /* a guest address is not backed by memory with that permission */
	AX_ENOSYS = -8,   /* the hardware or the build has no such feature */
	AX_ESTATE = -9,   /* the life-cycle state does not allow this */
	AX_ENOSPC = -10,  /* a fixed-size table or quota is full */
	AX_EFORMAT = -11, /* an image, blob or device tree is damaged */
	AX_EPERM = -12,   /* the configuration does not grant this */
	AX_EIO = -13,     /* hardware or firmware refused or failed */
};

#endif
