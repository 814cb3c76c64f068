import { createHash } from 'node:crypto'
import type { Problem } from './api.ts'

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem}
h1{font:600 1.5rem/1.25 Georgia,serif}p.code{opacity:.7;font-size:.85rem}`

/** Of the pages that are made here: nothing but their one style. */
const POLICY: string = [
  "default-src 'none'",
  'img-src data:',
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

interface Bare {
  readonly title: string
  readonly body: string
  readonly head?: string
}

interface Advice {
  readonly title: string
  readonly does: string
  readonly hasWayBack?: boolean
}

const AGAIN =
  'Stop <code>mintmark ui</code> with Ctrl-C, start it again, and open the address that it prints.'
const ADVICE: Readonly<Record<number, Advice>> = {
  401: {
    title: 'This link does not open the case',
    does: `A link of <code>mintmark ui</code> works once, in one browser. If another window of this browser has the case open, go on there. Else: ${AGAIN}`,
  },
  403: {
    title: 'Another site led here',
    does: 'Copy the address that <code>mintmark ui</code> printed into the address bar, and open it from there.',
  },
  404: { title: 'There is no such page', does: 'Check the address.', hasWayBack: true },
  421: {
    title: 'This is not the address of the case',
    does: 'Open the address that <code>mintmark ui</code> printed. It begins with <code>http://127.0.0.1</code>.',
  },
}
const OTHER: Advice = {
  title: 'The case cannot answer',
  does: 'Try again. If that does not help, the terminal in which <code>mintmark ui</code> runs says more.',
  hasWayBack: true,
}

export function isForPeople(request: Request): boolean {
  const isPage = (request.headers.get('accept') ?? '').includes('text/html')
  return isPage && !new URL(request.url).pathname.startsWith('/api/')
}

export function errorPage({ status, code, detail }: Problem): Bare {
  const known = ADVICE[status]
  const { title, does, hasWayBack = false } = known ?? OTHER
  const why = known === undefined ? `<p>Its words: ${escaped(detail)}</p>` : ''
  const back = hasWayBack ? '<p><a href="/">Open the case</a></p>' : ''
  const body = `<h1>${title}</h1>${why}<p>${does}</p>${back}<p class="code">${status} ${code}</p>`
  return { title, body }
}

export function barePage(status: number, { title, body, head = '' }: Bare): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Mintmark</title><link rel="icon" href="data:,">${head}<style>${STYLE}</style><main>${body}</main></html>\n`
  const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY }
  return new Response(html, { status, headers })
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
