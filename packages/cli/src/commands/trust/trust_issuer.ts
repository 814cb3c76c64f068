import { isObject, type Json, safeJson, safeText } from '@mintmark/core'
import { commandIssuer, type IssuerCommand, startIssuer } from '@mintmark/trust'
import { type Handler, invalid } from '../../process/call.ts'
import { DONE } from '../../process/exit_codes.ts'
import { stopRequested } from '../../process/stopping.ts'

/** Serves a test issuer until it is stopped. No key and no secret is printed. */
export const issuerServe: Handler = async (call) => {
  const algorithm = call.text('algorithm')
  const issuer = await startIssuer({
    folder: call.text('state') ?? '',
    host: call.text('host') ?? '',
    port: call.port() ?? 0,
    audience: call.text('audience'),
    ...((algorithm === 'ES256' || algorithm === 'RS256') && { algorithm }),
    hasSaml: true,
    publicUrl: urlOption(call.text('url')),
  })
  const { url, audience } = issuer
  const discovery = `${url}/.well-known/openid-configuration`
  const listening = { schema: 'mintmark-issuer-event/1', event: 'listening', url, audience }
  if (call.isJson) await call.out(`${safeJson({ ...listening, discovery })}\n`)
  else call.err(`issuer at ${url}, audience ${safeText(audience)}\ndiscovery ${discovery}\n`)
  await stopRequested()
  await issuer.stop()
  return DONE
}

function urlOption(given: string | undefined): string | undefined {
  if (given === undefined || /^https?:\/\/[\w.:[\]/~-]+$/.test(given))
    return given?.replace(/\/$/, '')
  throw invalid('url', '--url takes an http:// or https:// address without a query')
}

export const issuerCommand =
  (name: IssuerCommand['do']): Handler =>
  async (call, kid = 'retired') => {
    const folder = call.text('state') ?? ''
    const command: IssuerCommand =
      name === 'list' || name === 'unlist' ? { do: name, kid } : { do: name }
    const status = await commandIssuer(folder, command)
    await call.print(status, () => textOf(status), 2)
    return DONE
  }

function textOf(status: Json): string {
  const { issuer, endpoint, keys } = status
  const rows = (Array.isArray(keys) ? keys : []).filter(isObject).map(({ role, kid, listed }) => {
    const where = listed === true ? 'listed' : 'unlisted'
    return `${String(role).padEnd(10)}  ${where.padEnd(8)}  ${safeText(String(kid))}`
  })
  return `${[`${safeText(String(issuer))}, key endpoint ${String(endpoint)}`, ...rows].join('\n')}\n`
}
