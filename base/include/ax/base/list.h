/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive doubly linked list. The head is a node of its own; an unlinked node has next == NULL. */
#ifndef AX_BASE_LIST_H
#define AX_BASE_LIST_H

#include <ax/types.h>

struct ax_list {
	struct ax_list *next, *prev;
};

#define AX_LIST_ENTRY(node, type, member) AX_CONTAINER_OF(node, type, member)

/* Visits each entry; the list may not change meanwhile, except that the loop may be left after a change. */
#define AX_LIST_FOR_EACH(entry, head, type, member)                                                                    \
	for (type *entry = AX_LIST_ENTRY((head)->next, type, member); &entry->member != (head);                        \
	     entry = AX_LIST_ENTRY(entry->member.next, type, member))

static inline void ax_list_init(struct ax_list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool ax_list_empty(const struct ax_list *head)
{
	return head->next == head;
}

static inline bool ax_list_linked(const struct ax_list *node)
{
	return node->next != NULL;
}

static inline void ax_list_insert_before(struct ax_list *pos, struct ax_list *node)
{
	node->prev = pos->prev;
	node->next = pos;
	pos->prev->next = node;
	pos->prev = node;
}

static inline void ax_list_push_front(struct ax_list *head, struct ax_list *node)
{
	ax_list_insert_before(head->next, node);
}

static inline void ax_list_push_back(struct ax_list *head, struct ax_list *node)
{
	ax_list_insert_before(head, node);
}

static inline void ax_list_remove(struct ax_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->next = NULL;
	node->prev = NULL;
}

/* NULL when empty. */
static inline struct ax_list *ax_list_pop_front(struct ax_list *head)
{
	struct ax_list *node = head->next;

	if (node == head) {
		return NULL;
	}
	ax_list_remove(node);
	return node;
}

#endif
