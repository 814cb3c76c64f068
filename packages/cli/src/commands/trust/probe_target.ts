/** The target of `--target`, checked to be the operator's own. @module */
import {
  bearerTarget,
  confirmOwn,
  type HttpOptions,
  imapTarget,
  introspectionTarget,
  samlTarget,
  type Target,
} from '@mintmark/trust'
import { fileOption } from '../../options/files.ts'
import { invalid, list, textOption } from '../../options/option_values.ts'
import type { Options } from '../../process/command.ts'

/** @throws {MintmarkError} `INPUT_INVALID`, `INPUT_UNREADABLE` */
export async function targetOption(options: Options): Promise<Target> {
  const given = textOption(options, 'target') ?? ''
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !/^(?:https?|imaps?):$/.test(url.protocol))
    throw invalid('target', '--target takes an http://, https://, imap:// or imaps:// URL')
  if (url.username !== '' || url.password !== '')
    throw invalid('target', '--target takes no credentials: put a header into --header-file')
  const isMail = url.protocol.startsWith('imap')
  const via = textOption(options, 'via') ?? (isMail ? 'oauthbearer' : 'bearer')
  const isMailOnly = via === 'oauthbearer' || via === 'xoauth2'
  if (isMail !== isMailOnly)
    throw invalid('via', `--via ${via} is not for ${url.protocol}// targets`)
  await confirmOwn(url, textOption(options, 'run'))
  if (isMailOnly)
    return imapTarget({ url, mechanism: via, user: textOption(options, 'user') ?? '' })
  const http = await httpOptions(url, options)
  if (via === 'introspection') return introspectionTarget(http)
  return via === 'saml' ? samlTarget(http) : bearerTarget(http)
}

async function httpOptions(url: URL, options: Options): Promise<HttpOptions> {
  const headers = await fileOption(options, 'headerFile')
  const method = textOption(options, 'method')
  if (method !== undefined && !/^[A-Za-z]+$/.test(method))
    throw invalid('method', '--method takes the name of an HTTP method, such as POST')
  return {
    url,
    method,
    expect: statuses(options, 'expect'),
    refuse: statuses(options, 'refuse'),
    headers: headers === undefined ? undefined : headersOf(headers),
  }
}

function statuses(options: Options, name: string): ReadonlySet<number> | undefined {
  const given = list(options, name).map(Number)
  if (given.some((status) => !(status >= 100 && status <= 599)))
    throw invalid(name, `--${name} takes HTTP statuses from 100 to 599`)
  return given.length === 0 ? undefined : new Set(given)
}

/** `Name: value` lines. Error messages do not repeat a line: it may be a secret. */
function headersOf(source: string): Record<string, string> {
  const lines = source.split(/\r?\n/).filter((line) => line !== '')
  const headers = new Headers()
  for (const line of lines) {
    const at = line.indexOf(':')
    try {
      headers.append(line.slice(0, at), line.slice(at + 1).trim())
    } catch {
      throw invalid('headerFile', '--header-file: a line is not of the form "Name: value"')
    }
  }
  return Object.fromEntries(headers)
}
