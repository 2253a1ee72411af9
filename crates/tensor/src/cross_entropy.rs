//! Cross entropies of the rows of a matrix, and their slopes.

use crate::kernels::{Against, KEPT};
use crate::{Error, Float, Result, Shape, Tensor};

/// The logarithms of the [`softmax`](Tensor::softmax) of each row of a matrix, of which only the matrix and four numbers a row are in memory.
///
/// `log p = (x - m) - l`, with `m` the largest `x` of the row and `l = log Σ exp(x - m)`, as [`log_softmax`](Tensor::log_softmax) has it. A cross
/// entropy reads the matrix once for its value, and once for its gradient.
///
/// ```
/// use backprop_tensor::{LogProbabilities, Tensor};
///
/// let scores = Tensor::from([[0.0_f64, 0.0], [3_f64.ln(), 0.0]]);
/// let rows = LogProbabilities::new(scores)?;
/// let second = rows.of_columns([Some(0), Some(1)]).last().flatten();
/// assert!((second.unwrap() - 0.25_f64.ln()).abs() < 1e-15);
///
/// // What -log p of the first class changes by with each score: p - 1 for that class, p for the other.
/// let slopes = rows.into_class_slopes(&Tensor::from([0, 0]), &[1.0])?;
/// assert!(slopes.all_close(&Tensor::from([[-0.5, 0.5], [-0.25, 0.25]]), 1e-15, 0.0, false)?);
/// # Ok::<(), backprop_tensor::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LogProbabilities<T: Float> {
    /// Contiguous.
    scores: Tensor<T>,
    /// `KEPT` of each row.
    kept: Tensor<T>,
}

impl<T: Float> LogProbabilities<T> {
    /// Of the scores `x`, `[rows, columns]`.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there are two axes.
    pub fn new(scores: Tensor<T>) -> Result<Self> {
        Self::build("LogProbabilities::new", scores, None)
    }

    /// Of the scores, and the [cross entropies](Self::cross_entropies) against this distribution of each row: `-Σ q log p`, in which a term is 0 where
    /// `q` is.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there are two axes; [`Error::Shapes`] unless both have one shape.
    ///
    /// ```
    /// # use backprop_tensor::{LogProbabilities, Tensor};
    /// let scores = Tensor::from([[0.0_f64, 0.0], [0.0, f64::NEG_INFINITY]]);
    /// let rows = LogProbabilities::against(scores, &Tensor::from([[0.5, 0.5], [1.0, 0.0]]))?;
    /// assert_eq!(rows.cross_entropies()?, Tensor::from([2_f64.ln(), 0.0]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn against(scores: Tensor<T>, distribution: &Tensor<T>) -> Result<Self> {
        let operation = "LogProbabilities::against";
        if scores.shape() != distribution.shape() {
            let expected = "must be equal: a weight for each score";
            return Err(Error::shapes(
                operation,
                scores.shape(),
                distribution.shape(),
                expected,
            ));
        }
        Self::build(operation, scores, Some(&distribution.contiguous()?))
    }

    fn build(operation: &'static str, scores: Tensor<T>, distribution: Option<&Tensor<T>>) -> Result<Self> {
        let &[rows, columns] = scores.shape().dims() else {
            return Err(Error::shape(operation, scores.shape(), "needs two axes"));
        };
        let scores = scores.contiguous()?;
        if columns == 0 {
            let kept = Tensor::zeros([rows, KEPT])?;
            return Ok(Self { scores, kept });
        }
        let x = scores.as_slice().unwrap_or(&[]);
        let distribution = distribution.and_then(Tensor::as_slice);
        let kept = Tensor::build(Shape::checked(operation, &[rows, KEPT])?, |kept| {
            T::cross_entropies(kept, x, columns, distribution);
        })?;
        Ok(Self { scores, kept })
    }

    /// `log p` of one element of each row: that of the given column, if there is one.
    pub fn of_columns<'a>(
        &'a self,
        columns: impl IntoIterator<Item = Option<usize>, IntoIter: 'a>,
    ) -> impl Iterator<Item = Option<T>> + 'a {
        let [scores, kept] = [&self.scores, &self.kept].map(|x| x.as_slice().unwrap_or(&[]));
        let rows = scores.chunks_exact(self.columns().max(1));
        let rows = rows.zip(kept.chunks_exact(KEPT)).zip(columns);
        rows.map(|((row, kept), column)| Some((*row.get(column?)? - kept[0]) - kept[1]))
    }

    /// The cross entropies of the rows, 0 without a distribution.
    pub fn each(&self) -> impl Iterator<Item = T> + '_ {
        let kept = self.kept.as_slice().unwrap_or(&[]);
        kept.chunks_exact(KEPT).map(|kept| kept[2])
    }

    /// The cross entropies of the rows as a tensor, 0 without a distribution.
    ///
    /// # Errors
    /// [`Error::Memory`] if there is none for them.
    pub fn cross_entropies(&self) -> Result<Tensor<T>> {
        self.kept.select(1, 2)?.contiguous()
    }

    /// `(p - [c is the class of the row]) factor`, into the memory of the scores if nobody else holds it; 0 where the factor is, whatever `p` is. `p - 1`
    /// is made of `log p` and keeps its digits.
    ///
    /// A probability below the normal numbers of the type has lost digits, or all of them: an absolute error of the slope of at most the factor times
    /// the smallest normal number.
    ///
    /// There is one factor, or one for each row. Where the class is none of the columns, nothing is subtracted.
    ///
    /// # Errors
    /// [`Error::Shapes`] unless there are as many classes as rows; [`Error::Argument`] unless there are as many factors or one.
    pub fn into_class_slopes(self, classes: &Tensor<i64>, factors: &[T]) -> Result<Tensor<T>> {
        let operation = "LogProbabilities::into_class_slopes";
        if classes.count() != self.rows() {
            let expected = "do not fit: there is to be a class for each row";
            return Err(Error::shapes(
                operation,
                self.scores.shape(),
                classes.shape(),
                expected,
            ));
        }
        let classes = classes.contiguous()?;
        self.slopes(
            operation,
            Against::Classes(classes.as_slice().unwrap_or(&[])),
            factors,
        )
    }

    /// `(p Σ q - q) factor` for the distribution that these are [against](Self::against), into the memory of the scores if nobody else holds it; 0 where
    /// the factor is, or all of `q`.
    ///
    /// A probability below the normal numbers of the type has lost digits, or all of them: an absolute error of the slope of at most `factor Σ q` times
    /// the smallest normal number.
    ///
    /// Where `p` is above 1/2, it is `((Σ q - q) - (1 - p) Σ q) factor`, with both differences from what they are made of. There is one factor, or one for
    /// each row.
    ///
    /// # Errors
    /// [`Error::Shapes`] unless the distribution has the scores' shape; [`Error::Argument`] unless there are as many factors as rows, or one.
    ///
    /// ```
    /// # use backprop_tensor::{LogProbabilities, Tensor};
    /// let (scores, q) = (Tensor::from([[0.0, 0.0]]), Tensor::from([[0.25, 0.75]]));
    /// let rows = LogProbabilities::against(scores, &q)?;
    /// assert_eq!(rows.into_slopes(&q, &[2.0])?, Tensor::from([[0.5, -0.5]]));
    /// # Ok::<(), backprop_tensor::Error>(())
    /// ```
    pub fn into_slopes(self, distribution: &Tensor<T>, factors: &[T]) -> Result<Tensor<T>> {
        let operation = "LogProbabilities::into_slopes";
        if self.scores.shape() != distribution.shape() {
            let expected = "must be equal: a weight for each score";
            let (scores, other) = (self.scores.shape(), distribution.shape());
            return Err(Error::shapes(operation, scores, other, expected));
        }
        let distribution = distribution.contiguous()?;
        self.slopes(
            operation,
            Against::Distribution(distribution.as_slice().unwrap_or(&[])),
            factors,
        )
    }

    fn slopes(self, operation: &'static str, against: Against<'_, T>, factors: &[T]) -> Result<Tensor<T>> {
        let (rows, columns) = (self.rows(), self.columns());
        if factors.len() != 1 && factors.len() != rows {
            let expected = "one factor, or one for each row";
            return Err(Error::argument(operation, "factors", factors.len(), expected));
        }
        let Self { mut scores, kept } = self;
        if scores.is_empty() {
            return Ok(scores);
        }
        let kept = kept.as_slice().unwrap_or(&[]);
        if scores.is_exclusive() {
            T::cross_entropy_slopes(scores.as_mut_slice()?, None, columns, kept, against, factors);
            return Ok(scores);
        }
        Tensor::build(*scores.shape(), |target| {
            T::cross_entropy_slopes(target, scores.as_slice(), columns, kept, against, factors);
        })
    }

    fn rows(&self) -> usize {
        self.scores.shape()[0]
    }

    fn columns(&self) -> usize {
        self.scores.shape()[1]
    }
}
