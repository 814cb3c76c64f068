/** Begins the ids of inserts, by which one whose sender was killed can be found. */
export const INSERT_ID = 'mintmark-insert-'
