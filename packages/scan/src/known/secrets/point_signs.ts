/** What identifies copies of a public point in memory. @module */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { EcMaterial } from '@mintmark/keys/material/key_material'

/** Bytes of a public half that are compared. */
export const SIGN_BYTES = 16

/** Both coordinates plain, highest and lowest byte first, and in Montgomery form. */
export function pointSigns({ curve, x, y }: EcMaterial): Uint8Array[] {
  const { p, bits, lengthBytes } = curveNamed(curve)
  const radix = BigInt(Math.ceil(bits / 64) * 64)
  return [x, y].flatMap((coordinate) => {
    const big = Uint8Array.from(toBigEndian(coordinate, lengthBytes))
    const montgomery = toBigEndian((coordinate << radix) % p, lengthBytes)
    return [big, big.toReversed(), Uint8Array.from(montgomery).toReversed()].map((bytes) =>
      bytes.subarray(0, SIGN_BYTES),
    )
  })
}
