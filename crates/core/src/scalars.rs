//! What a step tells, in the making.

use burn::tensor::{Device, Tensor};
use forger_protocol::Scalar;

use crate::optimizer;

/// The scalars of one step, `[1]` each and not read back. What is not told is 0.
#[derive(Clone, Debug)]
pub struct Scalars {
    declared: &'static [Scalar],
    values: Vec<Tensor<1>>,
}

impl Scalars {
    /// Nothing told yet. `device` is one without autodiff.
    pub fn new(declared: &'static [Scalar], device: &Device) -> Self {
        Self { declared, values: vec![Tensor::zeros([1], device); declared.len()] }
    }

    /// Tells a scalar that is declared; any other is a fault of the system, which its first test meets.
    pub fn tell(&mut self, key: &str, value: Tensor<1>) {
        let place = self.declared.iter().position(|scalar| scalar.key == key);
        debug_assert!(place.is_some(), "{key} is not declared");
        if let Some(place) = place {
            self.values[place] = value;
        }
    }

    /// The scalar of this key.
    pub fn get(&self, key: &str) -> Option<&Tensor<1>> {
        self.values.get(self.declared.iter().position(|scalar| scalar.key == key)?)
    }

    /// `[scalars]`, in the order of the declaration.
    pub fn into_tensor(self) -> Tensor<1> {
        Tensor::cat(self.values, 0)
    }

    /// The mean of these and of others, each as [`Scalars::into_tensor`] has it.
    pub fn mean(self, others: Vec<Tensor<1>>) -> Self {
        if others.is_empty() {
            return self;
        }
        let (declared, count) = (self.declared, self.declared.len());
        let mean = optimizer::mean(self.into_tensor(), others);
        Self { declared, values: (0..count).map(|place| mean.clone().slice(place..place + 1)).collect() }
    }
}
