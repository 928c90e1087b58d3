// The toy GAN in TensorFlow.js, for the settings of Forger's ToyConfig that the benchmark uses. A classic script: the
// library's own bundles are, too.

/* global tf */
/* exported createGan */

const ATLAS = 12_000;
const LEAK = 0.2;

/** One step is `d_steps` updates of D and one of G. Nothing is read back from the device. */
function createGan(config) {
  const { batch } = config;
  const g = perceptron(config.latent_dim, config.generator, 2);
  const d = perceptron(2, config.discriminator, 1);
  const optimizers = { g: optimizer(config.generator_optimizer), d: optimizer(config.discriminator_optimizer) };
  // Drawn once and cut from, as GAN Lab does: cheaper than drawing at each step.
  const real = tf.keep(pair(ATLAS));
  const noise = tf.keep(tf.randomNormal([ATLAS, config.latent_dim]));
  // One pass through D for both halves: softplus(-a) on real and softplus(b) on fake logits.
  const signs = tf.keep(tf.concat([tf.fill([batch, 1], -1), tf.ones([batch, 1])]));
  let place = 0;
  const next = (atlas) => {
    place = (place + batch) % (ATLAS - batch);
    return atlas.slice([place, 0], [batch, atlas.shape[1]]);
  };
  const updateD = () => {
    const both = tf.concat([next(real), g.infer(next(noise))]);
    optimizers.d.minimize(() => tf.softplus(d.forward(both).mul(signs)).mean().mul(2), false, d.variables);
  };
  const updateG = () => {
    const z = next(noise);
    return optimizers.g.minimize(() => tf.softplus(d.forward(g.forward(z)).neg()).mean(), true, g.variables);
  };
  /** Returns G's loss, which the caller must dispose of. */
  const step = () => tf.tidy(() => {
    for (let update = 0; update < config.d_steps; update++) updateD();
    return updateG();
  });
  return { step };
}

function perceptron(inputs, { width, layers, activation }, outputs) {
  const widths = [inputs, ...Array(layers).fill(width), outputs];
  const variables = [];
  for (let layer = 0; layer < layers + 1; layer++) {
    const [rows, columns] = widths.slice(layer, layer + 2);
    variables.push(tf.variable(tf.randomNormal([rows, columns], 0, 1 / Math.sqrt(rows))));
    variables.push(tf.variable(tf.zeros([columns])));
  }
  /** For training. On the tape, a matrix product apart from its bias was the faster one. */
  const forward = (input) => {
    let x = input;
    for (let layer = 0; layer <= layers; layer++) {
      x = x.matMul(variables[2 * layer]).add(variables[2 * layer + 1]);
      if (layer < layers) x = activation === 'relu' ? x.relu() : x.leakyRelu(LEAK);
    }
    return x;
  };
  /** Where no gradient is needed. */
  const infer = (input) => {
    let x = input;
    for (let layer = 0; layer <= layers; layer++) {
      const [b, bias] = variables.slice(2 * layer, 2 * layer + 2);
      const act = layer === layers ? 'linear' : activation.replace('-r', 'r');
      x = tf.fused.matMul({ a: x, b, bias, activation: act, leakyreluAlpha: LEAK });
    }
    return x;
  };
  return { variables, forward, infer };
}

function optimizer({ name, learning_rate, beta1, beta2 }) {
  return name === 'adam' ? tf.train.adam(learning_rate, beta1, beta2) : tf.train.sgd(learning_rate);
}

/** Two clouds. */
function pair(count) {
  return tf.tidy(() => {
    const side = tf.randomUniform([count, 1]).greater(0.5).toFloat().sub(0.5);
    return side.matMul(tf.tensor2d([[1, -0.8]])).add(tf.randomNormal([count, 2], 0, 0.08));
  });
}
