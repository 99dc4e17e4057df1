# Writes tests/reference/quantile-data.csv and quantiles.csv: R's own quantiles, to twelve decimals.
#     Rscript tests/independent/quantiles.R
# The values are multiples of 1/64 and the probabilities of 1/16, so that R's doubles are exact but for the types with
# thirds and eighths, and no value lies near a tie of the twelfth decimal.
x <- c(3, -1.5, 12.25, 7, 7, 0.015625, 100.5, 42, -8, 3, 19.75)
write.csv(data.frame(x = x), "tests/reference/quantile-data.csv", row.names = FALSE, quote = FALSE)
rows <- NULL
for (type in 1:9) for (p in c(0, 6.25, 12.5, 25, 31.25, 43.75, 50, 56.25, 75, 87.5, 93.75, 100)) {
  value <- quantile(x, p / 100, type = type, names = FALSE)
  rows <- rbind(rows, data.frame(type = type, percent = format(p, nsmall = 0), value = formatC(value, format = "f", digits = 12)))
}
rows$percent <- trimws(rows$percent)
write.csv(rows, "tests/reference/quantiles.csv", row.names = FALSE, quote = FALSE)
