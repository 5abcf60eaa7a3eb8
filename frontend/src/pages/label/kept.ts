import { useCallback, useState } from 'react'
import { NONE, type Recent, use } from '@/kinds/classes/recent'

/** Reads what this device kept under `key`; whatever is not as expected counts as nothing. */
function read<T>(key: string, fits: (value: unknown) => value is T, otherwise: T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return fits(value) ? value : otherwise
  } catch {
    return otherwise
  }
}

/** Keeps a small choice on this device; in a browser that keeps nothing it lasts as long as the page. */
function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // A full or forbidden store loses a comfort, not a vote.
  }
}

const areNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number')

function isRecent(value: unknown): value is Recent {
  if (value === null || typeof value !== 'object') return false
  const recent = value as Partial<Recent>
  return areNumbers(recent.slots) && areNumbers(recent.order)
}

/** Classes that this person used lately in this project, kept on this device. */
export function useRecent(user: number, project: number): [Recent, (concepts: readonly number[]) => void] {
  const key = `fovea.recent.${user}.${project}`
  const [recent, setRecent] = useState(() => read(key, isRecent, NONE))
  const add = useCallback(
    (concepts: readonly number[]) =>
      setRecent((before) => {
        const after = concepts.reduce(use, before)
        keep(key, after)
        return after
      }),
    [key],
  )
  return [recent, add]
}

export type Tone = 'dark' | 'light'
const isTone = (value: unknown): value is Tone => value === 'dark' || value === 'light'

/** Dark unless this person chose light here: a picture is judged best on a dark page. */
export function useTone(): [Tone, () => void] {
  const [tone, setTone] = useState<Tone>(() => read<Tone>('fovea.desk.tone', isTone, 'dark'))
  const turn = () => {
    const next = tone === 'dark' ? 'light' : 'dark'
    keep('fovea.desk.tone', next)
    setTone(next)
  }
  return [tone, turn]
}

const isNumber = (value: unknown): value is number => typeof value === 'number'

/** Whether this person has seen this version of the guide on this device, and how to note it. */
export function useGuideSeen(user: number, project: number, version: number): [boolean, () => void] {
  const key = `fovea.guide.${user}.${project}`
  const [seen, setSeen] = useState(() => read(key, isNumber, -1))
  const note = useCallback(() => {
    keep(key, version)
    setSeen(version)
  }, [key, version])
  return [seen === version, note]
}
