import { Button, Card, Group, Loader, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { errorText } from '@/api/errors'
import type { ModelToTry } from '@/api/tryouts'
import { ErrorState } from '@/components/ErrorState'
import { Answer, boxesFrom } from './Answer'
import { Outlined } from './Outlined'
import styles from './try.module.css'
import { useModelName } from './useModelName'
import type { Tried } from './useTries'

interface Props {
  tried: Tried
  /** The model that is chosen now, which need not be the one that answered. */
  model: ModelToTry
  threshold: number
  colourOf: (concept: number) => string
  onAgain: () => void
  onRemove: () => void
}

/** One picture with what a model said of it, or how far it has come. */
export function TriedCard({ tried, model, threshold, colourOf, onAgain, onRemove }: Props) {
  const { t } = useTranslation('tryout')
  const nameOf = useModelName()
  const { answer, step, file } = tried
  const name = file.name || t('pasted')
  const size = answer && { width: answer.width, height: answer.height }
  const ended = step === 'done' || step === 'failed'
  const boxes = answer ? boxesFrom(answer, threshold) : []
  return (
    <Card withBorder component="li" aria-label={name} padding="md">
      <div className={styles.pair}>
        <Outlined url={tried.url} alt={name} size={size} boxes={boxes} colourOf={colourOf} />
        <div className={styles.said}>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {nameOf(tried.model)}
          </Text>
          <Group gap="xs" role="status" my="sm" mih={24} wrap="nowrap">
            {!ended && (
              <>
                <Loader size="sm" aria-hidden />
                <Text size="sm">{t(`step.${step}`)}</Text>
              </>
            )}
            {step === 'done' && <Text size="sm">{t('said')}</Text>}
          </Group>
          {answer && <Answer answer={answer} threshold={threshold} colourOf={colourOf} />}
          {step === 'failed' && <ErrorState text={errorText(tried.problem)} onRetry={onAgain} />}
          <Group gap="xs" mt="md">
            {step === 'done' && model.key !== tried.model.key && (
              <Button size="xs" variant="default" onClick={onAgain}>
                {t('again')}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={onRemove}>
              {t('remove')}
            </Button>
          </Group>
        </div>
      </div>
    </Card>
  )
}
