import { ServiceError } from '../runtime/calls.ts';
import type { Setup } from '../runtime/service.ts';
import { evenShare } from '../runtime/share.ts';
import { misreadProduct } from './products.ts';
import { meanScore } from './reviews.ts';
import type { Review } from './reviews.ts';

/** The one thing this model is ever asked, as the content of the user's message. */
export interface Prompt {
  productId: string;
  reviews: readonly Review[];
}

/** Plays a language model that sums up reviews; one flag makes it lie about one product, one rations it. */
export const llm: Setup = ({ app, flags }) => {
  const refuses = evenShare();

  app.post<{ Body: { messages: { role: string; content: string }[] } }>('/v1/chat/completions', async ({ body }) => {
    if ((await flags.on('llmRateLimitError')) && refuses(0.5)) throw new ServiceError(429, 'rate limit reached');
    const { productId, reviews } = JSON.parse(body.messages.at(-1)?.content ?? '{}') as Prompt;
    const lies = productId === misreadProduct && (await flags.on('llmInaccurateResponse'));
    const content = lies
      ? 'Customers rate it 1.3 of 5. Many say that it scratched their lenses and that parts were missing.'
      : `Customers rate it ${meanScore(reviews)} of 5. Typical: "${reviews[0]?.text ?? ''}"`;
    return { model: 'reviewer-1', choices: [{ index: 0, message: { role: 'assistant', content } }] };
  });
  return {};
};
