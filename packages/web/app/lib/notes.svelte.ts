import type { Note } from '@mintmark/case'
import type { NoteRequest } from '../../src/api.ts'
import { get, Loaded, post } from './api.svelte.ts'

const all = new Loaded<readonly Note[]>()
let asked = $state(0)

export const notebook = {
  get all(): Loaded<readonly Note[]> {
    return all
  },
  follow(): void {
    void asked
    all.load((signal) => get('/api/notes', {}, signal))
  },
  /** @throws {Error} with the server's own words */
  async write(note: NoteRequest): Promise<void> {
    await post('/api/notes', note)
    asked++
  },
}
