/**
 * The key schedule of SM4. Words are big-endian numbers, as the standard writes them.
 *
 * Source: GB/T 32907-2016, sections 6 and 7.3.
 *
 * @module
 */

const SBOX = Buffer.from(
  'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699' +
    '9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6' +
    '4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35' +
    '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e' +
    'eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3' +
    '1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51' +
    '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0' +
    '8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948',
  'hex',
)

/** Round keys of a schedule. */
export const SM4_ROUNDS = 32

const FAMILY: readonly number[] = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc]

/** CK: byte j of word i is (4i + j) · 7. */
const FIXED: Uint32Array = Uint32Array.from({ length: SM4_ROUNDS }, (_, i) => {
  const byte = (j: number) => ((4 * i + j) * 7) & 255
  return (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)
})

const turned = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))

/** What step i of the schedule adds, given the XOR of the three words before. */
export function sm4Step(three: number, i: number): number {
  const input = three ^ (FIXED[i] ?? 0)
  const high = ((SBOX[input >>> 24] ?? 0) << 24) | ((SBOX[(input >>> 16) & 255] ?? 0) << 16)
  const word = high | ((SBOX[(input >>> 8) & 255] ?? 0) << 8) | (SBOX[input & 255] ?? 0)
  return (word ^ turned(word, 13) ^ turned(word, 23)) >>> 0
}

/** The 32 round keys of a key of 16 bytes, in the order of encryption. */
export function sm4RoundKeys(key: Uint8Array): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, 16)
  const words = FAMILY.map((family, i) => (view.getUint32(4 * i) ^ family) >>> 0)
  const roundKeys = new Uint32Array(SM4_ROUNDS)
  for (let i = 0; i < SM4_ROUNDS; i++) {
    const [a = 0, b = 0, c = 0, d = 0] = words.slice(i)
    const next = (a ^ sm4Step(b ^ c ^ d, i)) >>> 0
    words.push(next)
    roundKeys[i] = next
  }
  return roundKeys
}

/** The key that round keys come from: the schedule backwards. */
export function sm4Key(roundKeys: Uint32Array): Uint8Array {
  const words = [0, 0, 0, 0, ...roundKeys.subarray(0, 4)]
  for (let i = 3; i >= 0; i--) {
    const [b = 0, c = 0, d = 0, e = 0] = words.slice(i + 1)
    words[i] = (e ^ sm4Step(b ^ c ^ d, i)) >>> 0
  }
  const key = new Uint8Array(16)
  const view = new DataView(key.buffer)
  for (const [i, family] of FAMILY.entries()) view.setUint32(4 * i, (words[i] ?? 0) ^ family)
  return key
}
