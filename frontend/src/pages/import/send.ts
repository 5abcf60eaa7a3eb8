import { api, ask } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { Upload } from '@/api/types'
import { sendForm, sendPart } from '@/api/upload'
import { listedAs } from './plan'
import type { How, SendResult } from './uploads'

/** So much of a large file goes with one request; the server takes up to 8 MB. */
export const PART_BYTES = 4 * 2 ** 20

interface Steps {
  /** Begins the file, or says where it goes on. */
  begin: () => Promise<Upload>
  part: (id: number, bytes: Blob, offset: number, onProgress: (bytes: number) => void) => Promise<Upload>
}

/** How files get into a delivery of this server. */
export function sendingTo(pid: number, bid: number): How {
  const path = { pid, bid }
  const address = `/api/projects/${pid}/batches/${bid}`
  return {
    send: async (files, options) => {
      const reply = await sendForm<{ results: SendResult[] }>(
        `${address}/files`,
        {
          paths: JSON.stringify(files.map((sent) => sent.path)),
          modified: JSON.stringify(files.map(({ file }) => file.lastModified)),
          files: files.map(({ file }) => ({ blob: file, name: file.name })),
        },
        options,
      )
      return reply.results
    },
    sendLarge: (sent, { signal, onProgress, onSafe }) =>
      inParts(sent.file, onProgress, onSafe, {
        begin: () =>
          ask(
            api.POST('/api/projects/{pid}/batches/{bid}/uploads', { params: { path }, body: listedAs(sent), signal }),
          ),
        part: (id, bytes, offset, told) =>
          sendPart<Upload>(`${address}/uploads/${id}`, bytes, offset, { signal, onProgress: told }),
      }),
  }
}

/** One file from the byte that the server holds to its end; rejects with an ApiError where the line does not carry it. */
export async function inParts(
  file: File,
  onProgress: (bytes: number) => void,
  onSafe: (bytes: number) => void,
  { begin, part }: Steps,
): Promise<SendResult> {
  let standing = await begin()
  for (;;) {
    onSafe(standing.offset)
    onProgress(standing.offset)
    if (standing.result) return standing.result
    const { id, offset } = standing
    if (id === null) throw new ApiError('upload_gone', '', { status: 404 })
    const bytes = file.slice(offset, offset + PART_BYTES)
    try {
      standing = await part(id, bytes, offset, (sent) => onProgress(offset + Math.min(sent, bytes.size)))
    } catch (problem) {
      const held = problem instanceof ApiError && problem.code === 'wrong_offset' ? problem.data.offset : null
      // A part of which the reply was lost, or that another page has sent.
      if (typeof held !== 'number' || held === offset) throw problem
      standing = { ...standing, offset: held }
    }
  }
}
