/** What an order is, from the cart to the queue. */
export interface CartItem {
  productId: string;
  quantity: number;
}

export interface Address {
  streetAddress: string;
  city: string;
  state: string;
  country: string;
  zipCode: string;
}

export interface OrderRequest {
  userId: string;
  email: string;
  userCurrency: string;
  address: Address;
  creditCard: { number: string; expirationYear: number; expirationMonth: number };
}

export interface OrderItem extends CartItem {
  /** price of one, in the order's currency */
  cost: number;
}

export interface Order {
  orderId: string;
  userId: string;
  currency: string;
  total: number;
  shippingCost: number;
  shippingTrackingId: string;
  transactionId: string;
  items: OrderItem[];
  placedAt: string;
}
