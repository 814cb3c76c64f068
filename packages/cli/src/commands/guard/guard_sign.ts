import { safeJson } from '@mintmark/core'
import { startSigner } from '@mintmark/guard'
import { flag, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { listen } from '../../server/listen.ts'
import { toldToStop } from '../../server/serve.ts'

/** Serves a signing gate until it is told to stop. Events are lines of JSON on standard output. */
export const guardSign: Handler = async (_operands, options, io) => {
  const log = (line: string) => void io.out(`${line}\n`)
  const { host, port, app } = await startSigner(textOption(options, 'config') ?? '', log)
  const { url, stop } = await listen(app, { host, port })
  const listening = { schema: 'mintmark-signer-event/1', event: 'listening', url }
  if (flag(options, 'json')) log(safeJson(listening))
  else io.err(`signer at ${url}\n`)
  await toldToStop()
  await stop()
  return DONE
}
