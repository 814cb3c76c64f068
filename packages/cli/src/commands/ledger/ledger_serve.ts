import { isoOf, safeJson } from '@mintmark/core'
import { DEFAULT_STREAM, fanOutTo, isNatsUrl, type NatsAddress, STREAM_NAME } from '@mintmark/guard'
import { isFolderWitness } from '@mintmark/ledger'
import { serveLedger, serveWitness } from '@mintmark/ledger/http'
import { flag, invalid, numberOption, textOption, timeOption } from '../../options/option_values.ts'
import { policyOption } from '../../options/policy_option.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { stopRequested } from '../../process/stopping.ts'

const DEFAULT_PORT = 8470

/** Serves a ledger, or a witness, until the process is asked to end. */
export const ledgerServe: Handler = async ([folder = ''], options, io) => {
  const host = textOption(options, 'host') ?? '127.0.0.1'
  const port = numberOption(options, 'port', { least: 0, most: 65_535 }) ?? DEFAULT_PORT
  const issuersPort = numberOption(options, 'issuersPort', { least: 0, most: 65_535 })
  const heads = textOption(options, 'heads')
  const policy = await policyOption(options)
  const confirmedMs = timeOption(options, 'confirmClock')
  const nats = natsOption(options)
  const isJson = flag(options, 'json')
  const warn = isJson ? eventWarner(io) : warner(io)
  const isWitness = await isFolderWitness(folder)
  const served = isWitness
    ? await serveWitness(folder, { host, port, now: io.now })
    : await serveLedger(folder, {
        host,
        port,
        issuersPort,
        heads,
        policy,
        forward: nats && fanOutTo(nats, warn),
        warn,
        confirmedMs,
        now: io.now,
      })
  const server = isWitness ? 'witness' : 'ledger'
  const { url, issuersUrl } = served
  const entries = issuersUrl === undefined ? '' : `entries at ${issuersUrl}\n`
  await io.out(
    isJson
      ? eventLine(io, 'listening', { server, url, issuersUrl })
      : `${server} at ${url}\n${entries}`,
  )
  try {
    await Promise.race([stopRequested(), served.failed])
  } finally {
    await served.stop()
  }
  return DONE
}

function natsOption(options: Options): NatsAddress | undefined {
  const url = textOption(options, 'nats')
  if (url === undefined) return undefined
  const stream = textOption(options, 'natsStream') ?? DEFAULT_STREAM
  if (!isNatsUrl(url)) throw invalid('nats', '--nats is nats://HOST:PORT or tls://HOST:PORT')
  if (!STREAM_NAME.test(stream))
    throw invalid('nats-stream', '--nats-stream takes letters, digits, - and _')
  return { url, stream, credentialsFile: textOption(options, 'natsCredentials') }
}

const warner = (io: Io) => (text: string) => io.err(`mintmark: ${text}\n`)

const eventWarner = (io: Io) => (text: string) => void io.out(eventLine(io, 'warning', { text }))

/** One line, with its end. */
function eventLine(io: Io, event: string, more: object): string {
  const at = isoOf(io.now())
  return `${safeJson({ schema: 'mintmark-ledger-event/1', at, event, ...more })}\n`
}
