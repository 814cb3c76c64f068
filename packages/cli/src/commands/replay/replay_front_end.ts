/** The provider and the mail front end of 2023, to be probed. Both listen on loopback alone. */
import path from 'node:path'
import { shellWord } from '@mintmark/core'
import { signingKeys, startFrontEnd } from '@mintmark/replay/front-end'
import { startIssuer } from '@mintmark/trust'
import type { Call } from '../../process/call.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import { stopRequested } from '../../process/stopping.ts'

const LOOPBACK = '127.0.0.1'
const AUDIENCE = 'api://mail.example.com'

/** Serves until it is stopped. No key and no secret is printed. */
export async function replayFrontEnd(call: Call, out: string, seed: number): Promise<ExitCode> {
  const port = call.port() ?? 0
  const isFixed = call.text('frontEnd') === 'fixed'
  const state = path.join(out, 'issuer')
  const { published, privateKey } = signingKeys(seed).leaked
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const issuer = await startIssuer({
    folder: state,
    host: LOOPBACK,
    port: 0,
    audience: AUDIENCE,
    keys: [{ role: 'consumer', kid: published.kid, isListed: true, pem }],
  })
  try {
    const { url: name, audience } = issuer
    const jwksUri = `${name}/keys`
    const frontEnd = await startFrontEnd({ port, issuer: name, audience, jwksUri, isFixed, seed })
    const { url } = frontEnd
    const probe = `mintmark trust probe --target ${url} --issuer ${shellWord(state)}`
    const addresses = { schema: 'mintmark-front-end/1', url, isFixed, issuer: name, jwksUri, state }
    await call.print(
      addresses,
      () => `mail front end ${isFixed ? 'with the fix' : 'of 2023'} at ${url}
key set ${jwksUri}
${isFixed ? 'It accepts a key for its own issuer and class alone, and no retired key.' : 'It accepts every key of the set for every token, looked up by its kid alone.'}

Next:  ${probe}
`,
    )
    await stopRequested()
    await frontEnd.stop()
  } finally {
    await issuer.stop()
  }
  return DONE
}
