import { safeJson } from '@mintmark/core'
import type { Options } from '../process/command.ts'
import type { Io } from '../process/io.ts'

/**
 * Prints a document as JSON where `--json` asks for that, else as text.
 *
 * @param indent blanks before each level of the JSON
 */
export async function print(
  io: Io,
  options: Options,
  document: unknown,
  text: () => string,
  indent?: number,
): Promise<void> {
  await io.out(options['json'] === true ? `${safeJson(document, indent)}\n` : text())
}
