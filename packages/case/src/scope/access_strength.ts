/**
 * How strong what points at an access is: the stronger of its verdict and of the hunts that hit it.
 *
 * @module
 */

/** A case that older rules hunted says `strong`. */
export const IS_ESTABLISHED_HUNT = "strength IN ('strong', 'established')"

/** Rows (record_id, content, pointed): `established` or `lead`; accesses that nothing points at have none. */
const ACCESS_STRENGTHS: string = `
  SELECT record_id, content, if(max(is_established) = 1, 'established', 'lead') AS pointed FROM (
    SELECT record_id, content, toUInt8(strength = 'established') AS is_established FROM verdict WHERE strength != ''
    UNION ALL
    SELECT record_id, content, toUInt8(${IS_ESTABLISHED_HUNT}) AS is_established FROM hunt_hit
  ) GROUP BY record_id, content`

/** `table` as `s`, with the column `strength`, `''` where nothing points at the access. */
export function withStrength(table: string): string {
  return `(SELECT s.*, st.pointed AS strength FROM ${table} AS s
    GLOBAL LEFT ANY JOIN (${ACCESS_STRENGTHS}) AS st ON s.record_id = st.record_id AND s.content = st.content)`
}
