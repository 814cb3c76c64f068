import { isoOf, safeJson } from '@mintmark/core'
import { serveGuard, serveSigner } from '@mintmark/guard'
import { flag, textOption } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import { type Io, note } from '../../process/io.ts'
import { stopRequested } from '../../process/stopping.ts'

/** Serves a guard until the process is asked to end. Alarms and events are lines of JSON on standard output. */
export const guardServe: Handler = async (_operands, options, io) => {
  const { url, stop } = await serveGuard(configOf(options), { log: logTo(io), now: io.now })
  const [at, text] = [isoOf(io.now()), `guard at ${url}`]
  const event = { schema: 'mintmark-guard-event/1', at, event: 'listening', text, url }
  return await served(event, text, stop, options, io)
}

/** The same of a signing gate. */
export const guardSign: Handler = async (_operands, options, io) => {
  const { url, stop } = await serveSigner(configOf(options), logTo(io))
  const event = { schema: 'mintmark-signer-event/1', event: 'listening', url }
  return await served(event, `signer at ${url}`, stop, options, io)
}

const configOf = (options: Options) => textOption(options, 'config') ?? ''
const logTo = (io: Io) => (line: string) => void io.out(`${line}\n`)

async function served(
  event: object,
  text: string,
  stop: () => Promise<void>,
  options: Options,
  io: Io,
): Promise<ExitCode> {
  if (flag(options, 'json')) logTo(io)(safeJson(event))
  else note(io, `${text}\n`)
  await stopRequested()
  await stop()
  return DONE
}
