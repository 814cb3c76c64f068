/** Version of this program: that of its packages, which a test holds it to. */
export const VERSION = '0.1.0'
