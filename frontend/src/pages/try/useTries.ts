import { useCallback, useEffect, useRef, useState } from 'react'
import { type ModelToTry, type Step, type TryAnswer, tryModel } from '@/api/tryouts'

/** A picture of this visit, shown to one model. It is kept nowhere but in this page. */
export interface Tried {
  id: number
  file: File
  /** Of the picture on this device. */
  url: string
  model: ModelToTry
  step: Step | 'waiting' | 'done' | 'failed'
  answer?: TryAnswer
  problem?: unknown
}

interface Tries {
  tried: Tried[]
  show: (files: readonly File[], model: ModelToTry) => void
  again: (id: number, model: ModelToTry) => void
  remove: (id: number) => void
}

/** Pictures shown to models one after another, the newest first. */
export function useTries(pid: number): Tries {
  const [tried, setTried] = useState<Tried[]>([])
  const numbers = useRef(0)
  const urls = useRef(new Set<string>())
  const under = useRef(new Map<number, AbortController>())

  const change = useCallback((id: number, news: Partial<Tried>) => {
    setTried((all) => all.map((one) => (one.id === id ? { ...one, ...news } : one)))
  }, [])

  const next = tried.some(({ step }) => !['waiting', 'done', 'failed'].includes(step))
    ? undefined
    : tried.findLast(({ step }) => step === 'waiting')

  useEffect(() => {
    if (!next) return
    const { id, file, model } = next
    const stop = new AbortController()
    under.current.set(id, stop)
    tryModel(pid, model.key, file, { signal: stop.signal, onStep: (step) => change(id, { step }) })
      .then((answer) => change(id, { step: 'done', answer }))
      .catch((problem: unknown) => change(id, { step: 'failed', problem }))
      .finally(() => under.current.delete(id))
  }, [pid, next, change])

  useEffect(
    () => () => {
      for (const stop of under.current.values()) stop.abort()
      for (const url of urls.current) URL.revokeObjectURL(url)
    },
    [],
  )

  return {
    tried,
    show: useCallback((files, model) => {
      const news = files.map((file): Tried => {
        const url = URL.createObjectURL(file)
        urls.current.add(url)
        numbers.current += 1
        return { id: numbers.current, file, url, model, step: 'waiting' }
      })
      setTried((all) => [...news.reverse(), ...all])
    }, []),
    again: useCallback(
      (id, model) => change(id, { model, step: 'waiting', answer: undefined, problem: undefined }),
      [change],
    ),
    remove: useCallback((id) => {
      under.current.get(id)?.abort()
      setTried((all) => {
        const gone = all.find((one) => one.id === id)
        if (gone) URL.revokeObjectURL(gone.url)
        return all.filter((one) => one.id !== id)
      })
    }, []),
  }
}
