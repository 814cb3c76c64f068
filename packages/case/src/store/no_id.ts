/** What an id column holds when the record has no id. */
export const NO_ID = '00000000-0000-0000-0000-000000000000'
