/** What can be matched, and the first bytes of an item. */
export {
  type Form,
  HEADER_BYTES,
  ITEM_TYPES,
  ITEMS_VERSION,
  type ItemType,
  isItemType,
  isRestricted,
  OPEN_TYPES,
  type OpenType,
  RESTRICTED_TYPES,
  type RestrictedType,
  readItem,
} from "./items/types.ts"
