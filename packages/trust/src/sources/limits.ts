/**
 * Limits for documents, which are untrusted: larger ones are refused, and reported. Measured: the largest known set of a
 * public provider has below 100 keys and 200 kB.
 *
 * @module
 */

/** Of one key set, metadata document or saved file. */
export const MOST_BYTES: number = 8 << 20
export const MOST_KEYS = 20_000
/** Objects and lists inside one another in JSON, elements in XML. */
export const MOST_DEPTH = 32
export const MOST_ELEMENTS = 200_000
/** In one `x5c`, or of one entity. */
export const MOST_CERTIFICATES = 16
/** The largest RSA key that OpenSSL verifies with. */
export const MOST_RSA_BITS = 16_384
/** Files of one folder, and versions of files in one repository. */
export const MOST_FILES = 20_000
