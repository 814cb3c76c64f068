/**
 * Whether a target is the operator's own: on this machine, or confirmed by a file on it for this run.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { MintmarkError, safeText } from '@mintmark/core'
import { boundedText, isLoopback } from './http_target.ts'
import { PATIENCE_MS } from './target.ts'

const CHALLENGE_PATH = '/.well-known/mintmark-probe'
const HEADER = 'mintmark-probe'
/** Shorter ones could be guessed, and published on another page. */
const RUN = /^[\w-]{16,64}$/

/**
 * @param run names this run; undefined before the operator has confirmed it
 * @throws {MintmarkError} `INPUT_INVALID` where nothing confirms it, with what to place
 */
export async function confirmOwn(target: URL, run: string | undefined): Promise<void> {
  if (isLoopback(target.hostname)) return
  if (run === undefined) throw unconfirmed(target, randomBytes(12).toString('hex'))
  if (!RUN.test(run))
    throw new MintmarkError('INPUT_INVALID', '--run takes 16 to 64 letters, digits and hyphens', {
      option: 'run',
    })
  if (!(await isConfirmed(challengeOf(target), run))) throw unconfirmed(target, run)
}

/** A mail server confirms by the web server of its name. */
function challengeOf({ protocol, host, hostname }: URL): URL {
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return new URL(
    isWeb ? `${protocol}//${host}${CHALLENGE_PATH}` : `https://${hostname}${CHALLENGE_PATH}`,
  )
}

async function isConfirmed(address: URL, run: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(address, { redirect: 'manual', signal })
    if (response.headers.get(HEADER) === run) return true
    return response.status === 200 && (await boundedText(response)).trim() === run
  } catch {
    return false
  }
}

function unconfirmed(target: URL, run: string): MintmarkError {
  const message =
    `${safeText(target.hostname)} is not confirmed as yours. Place a file with the text ${run} ` +
    `at ${challengeOf(target).href}, or answer there with the header Mintmark-Probe: ${run}. ` +
    `Then run again with --run ${run}`
  return new MintmarkError('INPUT_INVALID', message, { option: 'target' })
}
