/** Settings that keep a question's memory bounded: what does not fit is spilled to disk. */
export const BOUNDED: string = `SETTINGS max_bytes_before_external_group_by = 300000000,
  max_bytes_before_external_sort = 300000000, max_bytes_ratio_before_external_group_by = 0,
  max_bytes_ratio_before_external_sort = 0, distributed_product_mode = 'global'`

/** Spills a large group to disk; in a list of settings. */
export const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'
