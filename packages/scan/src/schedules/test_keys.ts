/** Symmetric keys published in standards: libraries contain them for self-tests. */

/** FIPS-197 appendix A, and SP 800-38A appendix F. All are published. */
const PUBLISHED: ReadonlySet<string> = new Set([
  '2b7e151628aed2a6abf7158809cf4f3c',
  '8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b',
  '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
  // Block_Cipher_df (SP 800-90A, 10.3.2) of 32 zeros (seen on Chromium's stacks).
  '1a49523c66f4ffdd850ef3ca04e3b18e6b4971e632da091ee2ef8baf84bd2208',
])

/** Whether a key is 00 01 02 …, one byte repeated, or published in a standard: nobody's secret. */
export function isTestKey(key: Uint8Array): boolean {
  const isCount = key.every((byte, i) => byte === i)
  const isRepeated = key.every((byte) => byte === key[0])
  return isCount || isRepeated || PUBLISHED.has(Buffer.from(key).toString('hex'))
}
