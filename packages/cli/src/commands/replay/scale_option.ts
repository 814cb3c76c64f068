import { numberOption } from '../../options/option_values.ts'
import type { Options } from '../../process/command.ts'

/** Size of the baseline activity. @throws {MintmarkError} `INPUT_INVALID` */
export const scaleOption = (options: Options): number =>
  numberOption(options, 'scale', { least: 0.001, most: 1000, isFraction: true }) ?? 1
