/**
 * A server that does nothing but speak HTTP: it reads the request whole and answers what a guard answers, whoever asks. What
 * it takes is the floor of what a guard can take on this machine, beside whoever asks. Prints where it is.
 */
import { createServer } from 'node:http'

const ANSWER = JSON.stringify({
  active: true,
  token_type: 'Bearer',
  padding: 'of a length that the answers of the guard have '.repeat(8),
})

const JSON_HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'Content-Length': ANSWER.length,
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const server = createServer((request, response) => {
  if (request.url === '/metrics')
    response.end(`mintmark_guard_live_tokens 0\nprocess_cpu_seconds_total ${cpuSeconds()}\n`)
  else if (request.method === 'GET') response.writeHead(200, { 'Content-Length': 0 }).end()
  else
    request.resume().on('end', () => {
      response.writeHead(200, JSON_HEADERS)
      response.end(ANSWER)
    })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    console.log(`floor at http://127.0.0.1:${address.port}`)
})
