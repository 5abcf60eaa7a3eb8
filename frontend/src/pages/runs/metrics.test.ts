import { describe, expect, it } from 'vitest'
import { expectedSeconds, passes } from './expected'
import { seriesOf } from './metrics'

const epoch = (number: number, val_accuracy: number) => ({
  event: 'epoch',
  epoch: number,
  train_loss: 1 / number,
  val_loss: 2 / number,
  train_accuracy: 0.5,
  val_accuracy,
})

describe('seriesOf', () => {
  it('orders epochs and lets the later line of a resumed run count', () => {
    const series = seriesOf([epoch(1, 0.3), epoch(2, 0.4), epoch(2, 0.45), epoch(3, 0.5)])
    expect(series.epochs).toEqual([1, 2, 3])
    expect(series.valAccuracy).toEqual([0.3, 0.45, 0.5])
    expect(series.trainLoss[1]).toBe(0.5)
  })

  it('has the figures of boxes in place of accuracy', () => {
    const series = seriesOf([{ event: 'epoch', epoch: 1, train_loss: 2, val_map: 0.2, val_map50: 0.5 }])
    expect([series.valMap, series.valMap50, series.valAccuracy]).toEqual([[0.2], [0.5], [null]])
  })

  it('places steps at fractions of their epoch', () => {
    const series = seriesOf([
      { event: 'start', steps_per_epoch: 4 },
      { event: 'step', epoch: 1, step: 2, loss: 2 },
      { event: 'step', epoch: 2, step: 1, loss: 1 },
    ])
    expect(series.steps).toEqual([0.5, 1.25])
    expect(series.stepLoss).toEqual([2, 1])
  })

  it('keeps a missing validation as a gap', () => {
    expect(seriesOf([{ event: 'epoch', epoch: 1, train_loss: 1 }]).valLoss).toEqual([null])
  })
})

describe('expectedSeconds', () => {
  const preset = {
    name: 'a',
    title: 'A',
    about: '',
    architecture: 'a',
    size: 32,
    epochs: 10,
    images_seen: 20000,
    max_epochs: 40,
    start: 'scratch',
    seconds_per_1000_images: 2,
  }
  const version = {
    id: 1,
    number: 1,
    digest: '',
    state: 'ready' as const,
    counts: { train: 500 },
    note: '',
    created_at: '',
    created_by: '',
    parent: null,
    job: null,
  }

  it('is the measured time of all pictures in all epochs', () => {
    expect(expectedSeconds(preset, version)).toBe(10)
  })
  it('follows the rule of passes where the preset leaves them open', () => {
    expect(passes({ ...preset, epochs: 0 }, 1000)).toBe(20)
    expect(passes({ ...preset, epochs: 0 }, 100)).toBe(40)
    expect(passes({ ...preset, epochs: 0 }, 1_000_000)).toBe(1)
  })
  it('is not guessed where nothing is there to train on', () => {
    expect(expectedSeconds(preset, { ...version, counts: {} })).toBeNull()
    expect(expectedSeconds(preset, undefined)).toBeNull()
  })
})
