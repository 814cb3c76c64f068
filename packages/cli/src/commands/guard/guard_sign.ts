import { safeJson } from '@mintmark/core'
import { serveSigner } from '@mintmark/guard'
import { flag, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { note } from '../../process/io.ts'
import { toldToStop } from '../../process/stopping.ts'

/** Serves a signing gate until it is told to stop. Events are lines of JSON on standard output. */
export const guardSign: Handler = async (_operands, options, io) => {
  const log = (line: string) => void io.out(`${line}\n`)
  const { url, stop } = await serveSigner(textOption(options, 'config') ?? '', log)
  const listening = { schema: 'mintmark-signer-event/1', event: 'listening', url }
  if (flag(options, 'json')) log(safeJson(listening))
  else note(io, `signer at ${url}\n`)
  await toldToStop()
  await stop()
  return DONE
}
