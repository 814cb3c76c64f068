import { isoOf, safeJson } from '@mintmark/core'
import * as guard from '@mintmark/guard'
import { isFolderWitness } from '@mintmark/ledger'
import { serveLedger, serveWitness } from '@mintmark/ledger/http'
import { policyOption } from '../../options/policy_option.ts'
import { type Call, type Handler, invalid } from '../../process/call.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import { stopRequested } from '../../process/stopping.ts'

const DEFAULT_PORT = 8470

export const ledgerServe: Handler = async (call, folder = '') => {
  const address = { host: call.text('host') ?? '127.0.0.1', port: call.port() ?? DEFAULT_PORT }
  const given = {
    issuersPort: call.port('issuersPort'),
    heads: call.text('heads'),
    policy: await policyOption(call),
    confirmedMs: call.time('confirmClock'),
  }
  const nats = natsOption(call)
  const { isJson, now } = call
  const warn = (text: string) =>
    isJson
      ? void call.out(eventLine(call, 'warning', { text }), 'lost')
      : call.err(`mintmark: ${text}\n`)
  const isWitness = await isFolderWitness(folder)
  const served = isWitness
    ? await serveWitness(folder, { ...address, now })
    : await serveLedger(folder, {
        ...address,
        ...given,
        forward: nats && guard.fanOutTo(nats, warn),
        warn,
        now,
      })
  const server = isWitness ? 'witness' : 'ledger'
  const { url, issuersUrl } = served
  const entries = issuersUrl === undefined ? '' : `entries at ${issuersUrl}\n`
  await call.out(
    isJson
      ? eventLine(call, 'listening', { server, url, issuersUrl })
      : `${server} at ${url}\n${entries}`,
  )
  try {
    await Promise.race([stopRequested(), served.failed])
  } finally {
    await served.stop()
  }
  return DONE
}

function natsOption(call: Call): guard.NatsAddress | undefined {
  const url = call.text('nats')
  if (url === undefined) return undefined
  const stream = call.text('natsStream') ?? guard.DEFAULT_STREAM
  if (!guard.isNatsUrl(url)) throw invalid('nats', '--nats is nats://HOST:PORT or tls://HOST:PORT')
  if (!guard.STREAM_NAME.test(stream))
    throw invalid('nats-stream', '--nats-stream takes letters, digits, - and _')
  return { url, stream, credentialsFile: call.text('natsCredentials') }
}

function eventLine(call: Call, event: string, more: object): string {
  const at = isoOf(call.now())
  return `${safeJson({ schema: 'mintmark-ledger-event/1', at, event, ...more })}\n`
}

/** Alarms and events are JSON lines on standard output: where nobody can read them, it ends. */
export const guardServe: Handler = async (call) => {
  const { url, stop } = await guard.serveGuard(configOf(call), { log: logTo(call), now: call.now })
  const [at, text] = [isoOf(call.now()), `guard at ${url}`]
  const event = { schema: 'mintmark-guard-event/1', at, event: 'listening', text, url }
  return await untilStopped(event, text, stop, call)
}

export const guardSign: Handler = async (call) => {
  const { url, stop } = await guard.serveSigner(configOf(call), logTo(call))
  const event = { schema: 'mintmark-signer-event/1', event: 'listening', url }
  return await untilStopped(event, `signer at ${url}`, stop, call)
}

const configOf = (call: Call) => call.text('config') ?? ''
const logTo = (call: Call) => (line: string) => void call.out(`${line}\n`, 'lost')

async function untilStopped(
  event: object,
  text: string,
  stop: () => Promise<void>,
  call: Call,
): Promise<ExitCode> {
  if (call.isJson) logTo(call)(safeJson(event))
  else call.note(`${text}\n`)
  await stopRequested()
  await stop()
  return DONE
}
