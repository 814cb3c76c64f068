import { safeJson } from '@mintmark/core'
import { startGuard, warmUp } from '@mintmark/guard'
import { flag, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { listen } from '../../server/listen.ts'
import { toldToStop } from '../../server/serve.ts'

/** Serves a guard until it is told to stop. Alarms and events are lines of JSON on standard output. */
export const guardServe: Handler = async (_operands, options, io) => {
  const log = (line: string) => void io.out(`${line}\n`)
  const service = await startGuard(textOption(options, 'config') ?? '', { log, now: io.now })
  try {
    await warmUp()
    const { url, stop } = await listen(service.app, service.config, service.expressLane)
    if (flag(options, 'json')) log(safeJson(listeningAt(url, io.now())))
    else io.err(`guard at ${url}\n`)
    await toldToStop()
    service.abort()
    await stop()
  } finally {
    await service.stop()
  }
  return DONE
}

const listeningAt = (url: string, atMs: number): object => {
  const at = new Date(atMs).toISOString()
  return { schema: 'mintmark-guard-event/1', at, event: 'listening', text: `guard at ${url}`, url }
}
