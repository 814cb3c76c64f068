/** Options of `mintmark report`, read into what a report is written with. @module */
import { type Paper, type Redaction, readSigningKey, type WriteOptions } from '@mintmark/report'
import type { Options } from '../process/command.ts'
import { fileOption } from './files.ts'
import { flag, invalid, list, pathOption, textOption } from './option_values.ts'

/** @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind, `INPUT_UNREADABLE` for the key */
export async function reportOptions(options: Options): Promise<WriteOptions> {
  const title = textOption(options, 'title')
  const pem = await fileOption(options, 'sign')
  const classification = classificationOf(options)
  return {
    out: pathOption(options, 'out') ?? '',
    isForced: flag(options, 'force'),
    redacted: REDACTIONS.filter((what) => list(options, 'redact').includes(what)),
    prepared: { by: shortText(options, 'preparedBy') ?? null, on: dayOf(options) },
    paper: paperOf(options),
    ...(classification !== undefined && { classification }),
    ...(title !== undefined && { title }),
    ...(pem !== undefined && { signingKey: readSigningKey(pem) }),
  }
}

const REDACTIONS: readonly Redaction[] = ['names', 'addresses']

/** Texts in the margin of a page are short. */
const MOST_TEXT = 100

function shortText(options: Options, name: 'preparedBy' | 'classification'): string | undefined {
  const given = textOption(options, name)?.trim()
  if (given === undefined || (given !== '' && given.length <= MOST_TEXT)) return given
  const option = name === 'preparedBy' ? 'prepared-by' : name
  throw invalid(option, `--${option} takes a text of 1 to ${MOST_TEXT} characters`)
}

/** Of the Traffic Light Protocol, version 2.0 (FIRST). */
const TLP = ['TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR']

function classificationOf(options: Options): string | undefined {
  const given = shortText(options, 'classification')
  if (given === undefined || !/^TLP\b/i.test(given)) return given
  const label = given.toUpperCase()
  if (TLP.includes(label)) return label
  throw invalid('classification', `--classification: the labels of TLP are ${TLP.join(', ')}`)
}

/** The day of today where none is given: the report itself asks no clock. */
function dayOf(options: Options): string {
  const given = textOption(options, 'preparedOn')
  if (given === undefined) return new Date().toISOString().slice(0, 10)
  const ms = /^\d{4}-\d\d-\d\d$/.test(given) ? Date.parse(given) : Number.NaN
  // A 30th of February parses, as a day of March.
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(given)) return given
  throw invalid('prepared-on', '--prepared-on takes a day such as 2023-07-14')
}

const PAPERS: readonly Paper[] = ['a4', 'letter']

/** A configuration file may name it, and that is not checked before. */
function paperOf(options: Options): Paper {
  const given = textOption(options, 'paper')
  const paper = PAPERS.find((one) => one === given)
  if (paper !== undefined) return paper
  throw invalid('paper', `--paper takes ${PAPERS.join(' or ')}`)
}
