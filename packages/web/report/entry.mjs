/** The report as one file: components rendered without a document, with styles and typefaces inside. */
import { createHash } from 'node:crypto'
import { safeText } from '@mintmark/core/safe_text'
import sans400 from '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff2?inline'
import sans600 from '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-600-normal.woff2?inline'
import mono400 from '@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2?inline'
import serif400 from '@fontsource/ibm-plex-serif/files/ibm-plex-serif-latin-400-normal.woff2?inline'
import serif600 from '@fontsource/ibm-plex-serif/files/ibm-plex-serif-latin-600-normal.woff2?inline'
import { render } from 'svelte/server'
import colours from '../app/styles/colours.css?inline'
import text from '../app/styles/text.css?inline'
import Report from './Report.svelte'
import sheet from './report.css?inline'

const face = (family, weight, source) =>
  `@font-face{font-family:"${family}";font-weight:${weight};src:url("${source}") format("woff2")}`

const FACES = [
  face('Plex Sans', 400, sans400),
  face('Plex Sans', 600, sans600),
  face('Plex Mono', 400, mono400),
  face('Plex Serif', 400, serif400),
  face('Plex Serif', 600, serif600),
].join('\n')

/** Text as a string of CSS: nothing in it ends the string. */
const quoted = (text) =>
  `"${safeText(text, 90).replaceAll(/[^A-Za-z0-9 ,.:+-]/gu, (letter) => `\\${letter.codePointAt(0)?.toString(16)} `)}"`

const pageRule = ({ title, classification }, paper) => `@page{size:${paper === 'letter' ? 'letter' : 'A4'};
@top-right{content:${quoted(classification ?? '')}}
@bottom-left{content:${quoted(title)}}}`

/** A page may not have styles of its own parts: widths are classes. */
const SHARES = `@media print{${Array.from({ length: 100 }, (_, n) => `.share-${n + 1}{width:${n + 1}%}`).join('')}}`

/**
 * @param {import('@mintmark/report').Report} report
 * @param {import('@mintmark/report').Paper} paper
 */
export function renderHtml(report, paper = 'a4') {
  const { head, body } = render(Report, { props: { report } })
  const components = [...head.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, css]) => css)
  const style = [FACES, colours, text, ...components, sheet, SHARES, pageRule(report, paper)].join('\n')
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; font-src data:; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${head.match(/<title>[\s\S]*?<\/title>/)?.[0] ?? ''}
<style>${style}</style>
</head>
<body>${body}</body>
</html>
`
}
