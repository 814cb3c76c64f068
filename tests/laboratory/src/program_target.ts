/** Verifiers that are programs: each with its place and its fault in the environment. */
import { fileURLToPath } from 'node:url'
import { startProgram } from '@mintmark/tests-e2e/guard-servers'
import { bearerTarget } from '@mintmark/trust'
import type { Opened, Place, Way } from './specimen.ts'

export const programFile = (name: string): string =>
  fileURLToPath(new URL(`../programs/${name}`, import.meta.url))

/** Seconds for which a program keeps keys, where no short cache is measured. */
const LIFETIME_S = 300

/** @param command a program that prints `port` and its number, and takes bearer tokens there */
export async function programTarget(
  [command = '', ...args]: readonly string[],
  { issuer, audience, jwksUri }: Place,
  { fault, cacheS = LIFETIME_S }: Way,
): Promise<Opened> {
  const program = startProgram(command, args, {
    ISSUER: issuer,
    AUDIENCE: audience,
    JWKS_URI: jwksUri,
    FAULT: fault ?? '',
    CACHE_S: String(cacheS),
  })
  try {
    const url = new URL(`http://127.0.0.1:${await program.prints(/^port (\d+)$/m)}/`)
    return { target: bearerTarget({ url }), close: program.stop }
  } catch (error) {
    await program.stop()
    throw error
  }
}
