import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { writeRows } from '../../render/rows.ts'

export const sql: Handler = (args, options, io) =>
  withCase(options, 'read', async ({ session }) => {
    await writeRows(io, session.ask(args[0] ?? ''), flag(options, 'csv') ? 'csv' : 'jsonl')
    return DONE
  })
