/** A test compares it with the packages' version. */
export const VERSION = '0.1.0'
