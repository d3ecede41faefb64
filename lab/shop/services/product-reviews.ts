import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import type { Prompt } from './llm.ts';
import { meanScore, reviewsOf } from './reviews.ts';
import type { Review } from './reviews.ts';

/** Lists reviews, and has the llm sum them up; each summary is held against the reviews and counted. */
export const productReviews: Setup = ({ app, calls, metrics }) => {
  app.get<{ Params: { productId: string } }>('/reviews/:productId', async ({ params: { productId } }) => ({
    reviews: reviewsOf(productId),
  }));

  app.get<{ Params: { productId: string } }>('/reviews/:productId/summary', async ({ params: { productId } }) => {
    const reviews = reviewsOf(productId);
    if (reviews.length === 0) throw new ServiceError(404, `no reviews of ${productId}`);
    const prompt: Prompt = { productId, reviews };
    const answer = await calls.post<{ choices: { message: { content: string } }[] }>('llm', '/v1/chat/completions', {
      model: 'reviewer-1',
      messages: [{ role: 'user', content: JSON.stringify(prompt) }],
    });
    const summary = answer.choices[0]?.message.content ?? '';
    metrics.countSummary(agrees(summary, reviews));
    return { summary };
  });
  return {};
};

/** Whether the score that a summary names is that of the reviews, give or take half a point. */
export function agrees(summary: string, reviews: readonly Review[]): boolean {
  const named = /(\d(?:\.\d)?) of 5/.exec(summary)?.[1];
  return named !== undefined && Math.abs(Number(named) - meanScore(reviews)) <= 0.5;
}
