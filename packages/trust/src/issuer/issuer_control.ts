/** Commands to an issuer that runs, by its state folder. @module */
import { type Json, MintmarkError, parseObject, safeText } from '@mintmark/core'
import { readRunning, readState } from './issuer_state.ts'

export type IssuerCommand =
  | { readonly do: 'status' | 'rotate' | 'reach' | 'block' }
  | { readonly do: 'list' | 'unlist'; readonly kid: string }

const PATIENCE_MS = 5000

/**
 * @returns the issuer's status after the command
 * @throws {MintmarkError} `INPUT_UNREADABLE` where no issuer runs on the folder, `INPUT_INVALID` where it refuses
 */
export async function commandIssuer(folder: string, command: IssuerCommand): Promise<Json> {
  const [{ controlUrl }, { secret }] = [await readRunning(folder), await readState(folder)]
  const response = await fetch(`${controlUrl}/control`, {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify(command),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((cause: unknown) => {
    const message = `no issuer answers for ${safeText(folder)}: start it with mintmark trust issuer serve`
    throw new MintmarkError('INPUT_UNREADABLE', message, { reason: 'not-running' }, { cause })
  })
  const answer = parseObject(await response.text()) ?? {}
  if (response.ok) return answer
  const why = typeof answer['error'] === 'string' ? answer['error'] : 'the issuer refused'
  throw new MintmarkError('INPUT_INVALID', safeText(why), { option: 'kid' })
}
