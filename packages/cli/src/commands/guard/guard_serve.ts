import { safeJson } from '@mintmark/core'
import { serveGuard } from '@mintmark/guard'
import { flag, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { note } from '../../process/io.ts'
import { toldToStop } from '../../process/stopping.ts'

/** Serves a guard until it is told to stop. Alarms and events are lines of JSON on standard output. */
export const guardServe: Handler = async (_operands, options, io) => {
  const log = (line: string) => void io.out(`${line}\n`)
  const file = textOption(options, 'config') ?? ''
  const { url, stop } = await serveGuard(file, { log, now: io.now })
  if (flag(options, 'json')) log(safeJson(listeningAt(url, io.now())))
  else note(io, `guard at ${url}\n`)
  await toldToStop()
  await stop()
  return DONE
}

const listeningAt = (url: string, atMs: number): object => {
  const at = new Date(atMs).toISOString()
  return { schema: 'mintmark-guard-event/1', at, event: 'listening', text: `guard at ${url}`, url }
}
