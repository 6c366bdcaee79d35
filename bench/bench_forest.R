# bench_forest.R FOLDER FEATURES: ranger's forest on the data of bench_forest.
suppressPackageStartupMessages(library(ranger))

read_set <- function(folder, name, features) {
    path <- file.path(folder, paste0(name, ".values"))
    values <- readBin(path, "numeric", file.size(path) / 4, size = 4, endian = "little")
    path <- file.path(folder, paste0(name, ".classes"))
    classes <- readBin(path, "integer", file.size(path) / 2, size = 2, signed = FALSE,
                       endian = "little")
    frame <- as.data.frame(matrix(values, ncol = features, byrow = TRUE))
    frame$class <- factor(classes)
    frame
}

arguments <- commandArgs(trailingOnly = TRUE)
features <- as.integer(arguments[2])
train <- read_set(arguments[1], "train", features)
test <- read_set(arguments[1], "test", features)
training <- batch <- row <- numeric(3)
for (run in 1:3) {
    training[run] <- system.time(
        forest <- ranger(class ~ ., train, num.trees = 100, num.threads = 1, min.node.size = 1,
                         seed = run))[["elapsed"]]
    batch[run] <- system.time(
        answers <- predict(forest, test, num.threads = 1))[["elapsed"]]
    row[run] <- system.time(
        for (i in 1:20) predict(forest, test[i, ], num.threads = 1))[["elapsed"]]
}
cat(sprintf(paste0('{"who":"ranger %s","train_s":%.2f,"oob_error":%.4f,"test_error":%.4f,',
                   '"row_us":%.2f,"batch_us":%.2f}\n'),
            packageVersion("ranger"), median(training), forest$prediction.error,
            mean(answers$predictions != test$class), median(row) / 20 * 1e6,
            median(batch) / nrow(test) * 1e6))
